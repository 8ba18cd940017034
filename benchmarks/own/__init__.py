"""What interplay does in each job, through the functions that an audit uses."""
