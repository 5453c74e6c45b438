"""What `up`, `down` and `status` mean: observe, plan, apply, wait. Labels in Docker are the only state."""
