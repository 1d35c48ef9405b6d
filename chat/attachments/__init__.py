"""Images that people show: taken in and written anew, stored before their message, served to nobody else."""
