"""What Pellucid speaks about: frozen values, standard library only, one noun a file."""
