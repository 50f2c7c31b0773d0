"""What a process begins with where the kernel lacks a part of what confines it: the product has no switch for that."""

_REASONS = {
    "leave_network": "user namespaces: Operation not permitted",
    "see_only": "this kernel has no Landlock, or it is switched off (lsm= in the boot parameters)",
    "call_only": "seccomp: Function not implemented",
}


def lacking(*functions: str) -> str:
    """The beginning of a process for which these functions of `linux_sandbox` find nothing in the kernel."""
    patches = "".join(f"linux_sandbox.{name} = lambda *_: {_REASONS[name]!r}\n" for name in functions)
    return (
        "import sys\nsys.path[:] = sys.argv[4:]\nfrom ingest.reading import linux_sandbox\n"
        f"{patches}from ingest.reading.confined_process import run\nrun(*sys.argv[1:4])"
    )
