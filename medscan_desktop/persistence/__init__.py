"""What is kept: the encrypted database, the vault of encrypted files, their keys, and the audit log."""
