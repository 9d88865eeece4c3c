"""Orders: the segment that each column of a line becomes."""

segments = {
    "order": "BGM+220+{}+9'",
    "buyer": "NAD+BY+{}::9'",
    "article": "LIN+1++{}:EN'",
    "quantity": "QTY+21:{}'",
}
