from analysis.sentiment.jit import kernel


def test_a_kernel_is_compiled_even_where_nothing_can_be_kept() -> None:
    space: dict[str, object] = {}
    exec("def double(x):\n    return x * 2", space)  # no file, hence no folder for numba's cache
    double = kernel(space["double"])
    assert double(21) == 42
    assert double.signatures, "compiled"
