namespace Waterguard.Storage;

/// <summary>A database cannot be opened. The message says what is wrong and what to do.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
