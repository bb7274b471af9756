using System.Formats.Tar;

namespace Waterguard.Validation.Live;

/// <summary>Images and bundles of this machine's own busybox: nothing is fetched.</summary>
internal static class LiveImages
{
    private const UnixFileMode Program = (UnixFileMode)0x1ED; // rwxr-xr-x
    private static readonly string[] s_names = ["busybox", "suspicious_image"];
    private static readonly string[] s_places = ["/bin/busybox", "/usr/bin/busybox"];
    private static readonly string[] s_applets = ["sh", "sleep", "true", "cat", "base64", "dd"];

    // What runc needs to start a container that only sleeps.
    private const string Specification = """
        {"ociVersion": "1.0.2",
         "process": {"terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["/bin/sleep", "600"], "env": ["PATH=/bin"], "cwd": "/", "noNewPrivileges": true},
         "root": {"path": "rootfs", "readonly": true}, "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
         "linux": {"namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}]}}
        """;

    private static string Busybox => s_places.FirstOrDefault(File.Exists) ?? throw new IOException("there is no busybox of which an image could be made (apt-get install busybox-static)");

    /// <summary>Of the words of a command, the images that may have to be made.</summary>
    public static IEnumerable<string> Named(IEnumerable<string> words) => words.Where(w => s_names.Contains(w, StringComparer.Ordinal));

    /// <summary>Makes an image that the engine has not.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static async Task NeedAsync(string image, LiveTools tools, string folder, Action<string> say, CancellationToken cancel)
    {
        if ((await tools.RunAsync(["docker", "image", "inspect", image], cancel)).Code == 0) return;
        var file = Path.Combine(folder, "image.tar");
        await using (var stream = File.Create(file))
        {
            await using var tar = new TarWriter(stream);
            await using var program = File.OpenRead(Busybox);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "bin/") { Mode = Program }, cancel);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { DataStream = program, Mode = Program }, cancel);
            foreach (var name in s_applets) await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + name) { LinkName = "busybox" }, cancel);
        }

        var (code, output) = await tools.RunAsync(["docker", "import", "--change", "CMD [\"/bin/sleep\",\"600\"]", file, image], cancel);
        File.Delete(file);
        if (code != 0) throw new IOException($"an image '{image}' cannot be made: {output}");
        say($"made the image {image} of this machine's busybox");
    }

    /// <summary>A bundle as runc takes it, in a folder; made where it is not there.</summary>
    public static string Bundle(string folder)
    {
        var bundle = Path.Combine(folder, "bundle");
        if (Directory.Exists(bundle)) return bundle;
        var programs = Directory.CreateDirectory(Path.Combine(bundle, "rootfs", "bin")).FullName;
        foreach (var place in new[] { "proc", "dev", "etc", "sys", "run" }) Directory.CreateDirectory(Path.Combine(bundle, "rootfs", place));
        File.Copy(Busybox, Path.Combine(programs, "busybox"));
        foreach (var name in s_applets) File.CreateSymbolicLink(Path.Combine(programs, name), "busybox");
        File.WriteAllText(Path.Combine(bundle, "config.json"), Specification);
        return bundle;
    }
}
