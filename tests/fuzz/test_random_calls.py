"""Whatever is asked of an estimator, it gives a right result or an error that helps.

Each case is a random estimator and a sequence of random calls with random data, drawn from
the case's number alone.
"""

import pytest

from .session import Session

CALLS_IN_A_CASE = 8


def pytest_generate_tests(metafunc):
    n_cases = -(-metafunc.config.getoption("--fuzz-calls") // CALLS_IN_A_CASE)
    metafunc.parametrize("case", range(n_cases))


@pytest.mark.slow
def test_any_call_gives_a_right_result_or_an_error_that_helps(case, tmp_path, request):
    session = Session(case, tmp_path)
    try:
        session.run(CALLS_IN_A_CASE)
    except Exception as error:
        n_calls = (case + 1) * CALLS_IN_A_CASE
        again = f"pytest -m slow --fuzz-calls={n_calls} '{request.node.nodeid}'"
        error.add_note("\n".join(["The calls of this case:", *session.log, f"Again: {again}"]))
        raise
