"""Foreign bytes are parsed and decoded in processes of their own: a hostile file costs itself, nothing else."""
