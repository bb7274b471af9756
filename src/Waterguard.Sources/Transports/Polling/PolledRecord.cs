using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Sources.Transports.Polling;

/// <summary>Something an API brought, which it may bring again.</summary>
/// <param name="Id">Tells a repetition: the vendor's id.</param>
/// <param name="Time">The vendor's time of it: the same each time that it comes. It is remembered under this time.</param>
/// <param name="Bytes">The record; empty: it is only to be remembered (a content that was read whole).</param>
internal readonly record struct PolledRecord(string Id, DateTimeOffset Time, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Whether the bytes can be several records, or text of any form.</summary>
    public bool Splits { get; init; }

    /// <summary>What is remembered. Half of SHA-256: nobody shall hide a record behind another that was made to look the same.</summary>
    public static UInt128 Hash(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>An id for what has none: the hash of its bytes.</summary>
    public static string IdOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
