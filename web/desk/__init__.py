"""The desk: staff answer the phone with it, curators keep it true."""
