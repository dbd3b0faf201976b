"""Clinical knowledge as data: questionnaire, markers, rules, and their loader."""
