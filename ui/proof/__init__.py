"""The proof that nothing leaves the machine: the product is run under observation, with leaks planted in it.

`proving` leads it, in a process of its own (`stage`) that is cut off from the network and watched by `packet_capture`
and `syscall_trace`; `proof_report` says what came of it.
"""
