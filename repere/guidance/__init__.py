"""Pages for anybody: first steps, rights in plain words, where to turn. They keep nothing about who reads them."""
