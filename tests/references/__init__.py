"""Values from independent libraries, beside the scripts that made them."""
