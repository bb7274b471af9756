using System.IO.Compression;

namespace Waterguard.Storage.Journals;

/// <summary>Compresses blocks. The format's own checksum tells a damaged one.</summary>
internal static class BlockPacking
{
    /// <summary>Most bytes that one block may have decompressed: a damaged or forged row must not take all memory.</summary>
    private const int MostBytes = 512 * 1024 * 1024;

    public static byte[] Pack(byte[] block)
    {
        using var packed = new MemoryStream(block.Length / 4);
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(block);
        return packed.ToArray();
    }

    /// <summary>Null: damaged.</summary>
    public static byte[]? Unpack(byte[] packed)
    {
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var block = new MemoryStream(packed.Length * 5);
            var buffer = new byte[64 * 1024];
            for (int read; (read = zlib.Read(buffer)) > 0;)
            {
                if (block.Length + read > MostBytes) return null;
                block.Write(buffer, 0, read);
            }

            // A block that was cut before its first byte ends without complaint; one that was cut later is no whole block.
            return block.Length == 0 ? null : block.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
