"""What the command line does, one module a command; `cli` only reads arguments and prints.

Here: processes, ports, progress bars. Not here: any rule of the domain.
"""
