using System.Diagnostics;
using Xunit;

namespace Waterguard.Tests.Service;

/// <summary>A small file system of the test's own. Only root may make one; for others the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = Repository.Folder();

    private SmallDisk()
    {
    }

    public string Path => _folder.Path;

    /// <param name="size">As mount understands it: 8m.</param>
    public static SmallDisk Make(string size)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can mount a small disk to fill it");
        var disk = new SmallDisk();
        var (code, error) = Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.Path);
        if (code == 0) return disk;
        disk._folder.Dispose();
        Assert.Skip("no file system can be mounted here: " + error);
        throw new UnreachableException();
    }

    public void SetReadOnly(bool isReadOnly) => Assert.Equal((0, ""), Run("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", Path));

    /// <summary>A file that takes the room, until it is removed.</summary>
    public string Fill(int bytes)
    {
        var file = System.IO.Path.Combine(Path, "ballast");
        File.WriteAllBytes(file, new byte[bytes]);
        return file;
    }

    public void Dispose()
    {
        // A process that was just killed may still hold it.
        Run("umount", "--lazy", Path);
        _folder.Dispose();
    }

    private static (int Code, string Error) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
