from skdeep.binding import BySize


def test_each_size_is_bound_when_it_comes_first_and_never_again():
    calls = []

    def bind(n_rows):
        calls.append(n_rows)
        return object()

    bound = BySize(bind)
    assert calls == []
    assert bound[3] is bound[3]
    assert bound[3] is not bound[2]
    assert calls == [3, 2]
    assert set(bound) == {2, 3}
