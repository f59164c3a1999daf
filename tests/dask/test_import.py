import subprocess
import sys


def test_skdeep_does_not_import_dask():
    code = "import sys, skdeep; assert not {'dask', 'distributed'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
