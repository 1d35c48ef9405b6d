"""What is different between two versions: their code line by line, their plans in words, their parameters."""
