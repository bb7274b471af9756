using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Waterguard.Sources.Transports.Tail;

/// <summary>What a file is, whatever it is called: device and inode tell it while it exists, its first bytes when an inode is used again.</summary>
internal static class FileIdentity
{
    /// <summary>How many of the first bytes are looked at.</summary>
    public const int FingerprintBytes = 1024;

    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;

    /// <summary>Device and inode of an open file; zeros where the system does not tell.</summary>
    public static (ulong Device, ulong Inode) Of(SafeFileHandle handle)
    {
        // struct statx has the same layout on every architecture: stx_ino at 32, stx_dev_major and _minor at 136.
        if (!OperatingSystem.IsLinux()) return default;
        var status = new byte[256];
        if (Statx(handle, "", EmptyPath, BasicStats, status) != 0) return default;
        return (((ulong)BitConverter.ToUInt32(status, 136) << 32) | BitConverter.ToUInt32(status, 140), BitConverter.ToUInt64(status, 32));
    }

    /// <summary>A hash of some first bytes.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> head) => Convert.ToHexStringLower(SHA256.HashData(head).AsSpan(0, 16));

    [DllImport("libc", EntryPoint = "statx", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(SafeFileHandle directory, string path, int flags, uint mask, byte[] status);
}
