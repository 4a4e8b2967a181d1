// direction
