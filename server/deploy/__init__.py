"""Getting Fangshi onto a machine. Standard library only: it runs before anything is installed."""
