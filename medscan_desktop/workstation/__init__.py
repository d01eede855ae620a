"""The kernel: commands, jobs, and the one gate through which everything goes."""
