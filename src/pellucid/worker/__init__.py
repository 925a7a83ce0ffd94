"""What runs in a worker process, one file per job."""
