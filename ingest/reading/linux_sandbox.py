"""The Linux sandbox: what a process can give up for good, by system calls that Python has no names for.

Each function takes something from the calling process and from all it may start, and returns "" or the reason why this
kernel does not allow it. They must be called while the process has one thread, for Landlock binds the thread alone.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_THREAD = 0x10000000, 0x40000000, 0x00010000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CAPABILITY_VERSION_3, _CAP_DAC_OVERRIDE = 0x20080522, 1

# ---- system calls, by number on x86-64 and on arm64; None where the machine has no such call

_CALLS = {
    # a network, and other programs on this machine
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semtimedop": (220, 192), "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    # other programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    # the memory, the signals and the priorities of other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "tkill": (200, 130), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "ioprio_set": (251, 30), "migrate_pages": (256, 238), "move_pages": (279, 239),
    # another view of the machine
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51),
    # parts of the kernel that parsers have no business with
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "syslog": (103, 116), "modify_ldt": (154, None),
    # files past Landlock: by handle, by watching a folder, and what belongs to a file beside its content
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263), "inotify_init": (253, None), "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27), "truncate": (76, 45), "chmod": (90, None), "fchmod": (91, 52),
    "fchmodat": (268, 53), "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip
_JUDGED = {  # refused or not by their arguments
    "clone": (56, 220), "kill": (62, 129), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "prlimit64": (302, 261), "setpriority": (141, 140), "socketpair": (53, 199),
    "sched_setaffinity": (203, 122), "sendto": (44, 206), "ioctl": (16, 29), "fcntl": (72, 25), "prctl": (157, 167),
}  # fmt: skip
# Below 424 the tables are closed: nothing will be added to them. From there on all machines count alike, and each new
# version of Linux may add something; of these only the following are allowed, and the others do not exist.
_OPEN_FROM = 424
_ALLOWED_ABOVE = {
    "close_range": 436, "openat2": 437, "faccessat2": 439, "epoll_pwait2": 441, "futex_waitv": 449,
    "futex_wake": 454, "futex_wait": 455, "futex_requeue": 456,
}  # fmt: skip
_OWN_CALLS = {"seccomp": (317, 277), "capget": (125, 90), "capset": (126, 91)}
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # everywhere

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the tables, AUDIT_ARCH


class _Refused(Exception):
    """The kernel refused a call; its text says which, and why."""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(name: str, result: int) -> int:
    """What a call gave. Raises _Refused where it failed."""
    if result < 0:
        raise _Refused(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def _call(name: str, number: int, *arguments: object) -> int:
    """A system call. Raises _Refused."""
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(name, int(_libc().syscall(ctypes.c_long(number), *wide)))


def _gain_nothing() -> None:
    """Give up gaining rights by running a program; the kernel asks that of who wants to be confined."""
    _checked("PR_SET_NO_NEW_PRIVS", _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def _own_call(name: str, *arguments: object) -> int:
    number = _OWN_CALLS[name][_machine()[0]]
    return _call(name, number, *arguments)


def _machine() -> tuple[int, int]:
    """The column of this machine in the tables, and its name in the kernel's filters. Raises _Refused for others."""
    if platform.system() != "Linux" or platform.machine() not in _MACHINES or struct.calcsize("P") != 8:
        raise _Refused(f"the system calls of {platform.system()} on {platform.machine()} are not known here")
    return _MACHINES[platform.machine()]


def die_with(parent: int) -> None:
    """From now on end when the thread of `parent` that started this process ends; at once if it is gone already.

    A change of credentials undoes it: `drop_capabilities` and `leave_network` come first.
    """
    _libc().prctl(_PR_SET_PDEATHSIG, 9)
    if os.getppid() != parent:
        os._exit(1)


# ---- capabilities and namespaces


def drop_capabilities() -> str:
    """Give up what root may do, for good; but for CAP_DAC_OVERRIDE, without which root cannot enter the folders of
    another user in which Python may be installed. Landlock bounds that one."""
    try:
        _gain_nothing()
        header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
        held = ctypes.create_string_buffer(24)
        _own_call("capget", header, held)
        keep = struct.unpack("6I", held.raw)[1] & (1 << _CAP_DAC_OVERRIDE)
        _own_call("capset", header, struct.pack("6I", keep, keep, 0, 0, 0, 0))
    except _Refused as refusal:
        return str(refusal)
    return ""


def leave_network() -> str:
    """Go into a network namespace that has nothing in it; an ordinary user needs a user namespace for that."""
    libc, uid, gid = _libc(), os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWNET) == 0:
        return ""
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return f"user namespaces: {os.strerror(ctypes.get_errno())}"
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path("/proc/self", name).write_bytes(text.encode())
    except OSError as error:
        return f"user namespaces: {error.strerror}"
    return ""


# ---- Landlock: files, and whom signals and abstract sockets reach

_READ = 1 << 2 | 1 << 3  # READ_FILE, READ_DIR
_ON_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # of the rights, those that a file can have
# In a folder of one's own: read, write, truncate, make and remove files and folders. No links, pipes, sockets, devices.
_OWN = _READ | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 14
_DEVICE = 1 << 1 | 1 << 2
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights over files a version knows
_NETWORK = 1 << 0 | 1 << 1  # TCP: bind, connect
_SCOPES = 1 << 0 | 1 << 1  # abstract sockets, signals


def landlock_version() -> int:
    """The version of Landlock's interface in this kernel; 0 where there is none."""
    try:
        return _call("landlock_create_ruleset", _LANDLOCK_CREATE, None, 0, 1)
    except _Refused:
        return 0


def see_only(readable: Iterable[str], own: Iterable[str], devices: Iterable[str] = ()) -> str:
    """From now on open nothing but what lies in or under these paths: to read, as its own, or to read and write.

    What is not there is passed over. Descriptors that are open stay so.
    """
    version = landlock_version()
    if version == 0:
        return "this kernel has no Landlock, or it is switched off (lsm= in the boot parameters)"
    known = (1 << _RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("QQQ", known, _NETWORK if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    try:
        ruleset = _call("landlock_create_ruleset", _LANDLOCK_CREATE, attributes, len(attributes), 0)
        try:
            for paths, rights in ((readable, _READ), (own, _OWN), (devices, _DEVICE)):
                for path in paths:
                    _allow(ruleset, path, rights & known)
            _gain_nothing()
            _call("landlock_restrict_self", _LANDLOCK_RESTRICT, ruleset, 0)
        finally:
            os.close(ruleset)
    except _Refused as refusal:
        return str(refusal)
    return ""


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(f"/proc/self/fd/{descriptor}"):
            rights &= _ON_FILES
        _call("landlock_add_rule", _LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


# ---- seccomp: which system calls there are

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets into seccomp_data
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_X32 = 0x40000000
_SET_FILTER, _ALL_THREADS, _SPEC_ALLOW = 1, 1, 4

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, value


def call_only() -> str:
    """From now on have no system call that reaches a network, another process, another program, or the rest of the
    kernel that parsers need nothing of. Refused ones fail with EPERM."""
    try:
        program = filter_program(os.getpid())
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in program))
        whole = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
        _gain_nothing()
        if thread := _own_call("seccomp", _SET_FILTER, _ALL_THREADS | _SPEC_ALLOW, whole):
            raise _Refused(f"seccomp: thread {thread} has a filter of its own")
    except _Refused as refusal:
        return str(refusal)
    return ""


def filter_program(pid: int) -> list[Instruction]:
    """The filter, in the kernel's instructions (classic BPF), for the process `pid` on this machine."""
    column, arch = _machine()
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),  # the calls of another architecture have other numbers
        (_LOAD, 0, 0, _NUMBER),
    ]
    if column == 0:
        program += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for number in _ALLOWED_ABOVE.values():
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    program += [(_AT_LEAST, 0, 1, _OPEN_FROM), (_RETURN, 0, 0, _UNKNOWN)]
    for numbers in _CALLS.values():
        if (refused := numbers[column]) is not None:
            program += [(_EQUAL, 0, 1, refused), (_RETURN, 0, 0, _REFUSE)]
    for name, steps in _judged(pid).items():
        program += [(_EQUAL, 0, len(steps), _JUDGED[name][column]), *steps]
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _judged(pid: int) -> dict[str, list[Instruction]]:
    """What is decided by arguments: steps that end in every case."""
    return {
        "clone": [_low(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), *_END],  # threads, and no processes
        "kill": _if_equal(0, pid),
        "tgkill": _if_equal(0, pid),
        "rt_sigqueueinfo": _if_equal(0, pid),
        "rt_tgsigqueueinfo": _if_equal(0, pid),
        "prlimit64": _if_equal(0, 0, pid),
        "sched_setaffinity": _if_equal(0, 0, pid),
        "setpriority": [_low(0), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _REFUSE), *_if_equal(1, 0, pid)],
        "socketpair": _if_equal(0, 1),  # AF_UNIX, as event loops make for themselves
        # without an address: to the other end of what is connected already
        "sendto": [_low(4), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _REFUSE), _high(4), (_EQUAL, 1, 0, 0), *_END],
        "ioctl": _unless_equal(1, 0x5412, 0x541C, 0x8901, 0x8902),  # typing for a terminal; signals for others
        "fcntl": _unless_equal(1, 8, 10, 15),  # signals for others: F_SETOWN, F_SETSIG, F_SETOWN_EX
        "prctl": _unless_equal(0, _PR_SET_PDEATHSIG),  # to outlive the program that started it
    }


_END: Sequence[Instruction] = ((_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW))


def _low(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)


def _high(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)


def _if_equal(argument: int, *values: int) -> list[Instruction]:
    """Allowed where the argument (an int) is one of the values."""
    steps = [_low(argument)]
    for value in values:
        steps += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*steps, (_RETURN, 0, 0, _REFUSE)]


def _unless_equal(argument: int, *values: int) -> list[Instruction]:
    """Refused where the argument (an int) is one of the values."""
    steps = [_low(argument)]
    for value in values:
        steps += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _REFUSE)]
    return [*steps, (_RETURN, 0, 0, _ALLOW)]
