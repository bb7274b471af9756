using Waterguard.Response.Actions;

namespace Waterguard.Responding;

/// <summary>Files that steps write: whole or not at all, and readable by their owner alone.</summary>
internal static class OwnFile
{
    /// <exception cref="ActionFailedException">It cannot be written.</exception>
    public static void Write(string file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var unfinished = file + ".part";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(unfinished, options)) stream.Write(bytes);
            File.Move(unfinished, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ActionFailedException($"{file} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Its bytes; null: it is not there.</summary>
    /// <exception cref="ActionFailedException">It cannot be read.</exception>
    public static byte[]? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllBytes(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ActionFailedException($"{file} cannot be read: {e.Message}", e);
        }
    }
}
