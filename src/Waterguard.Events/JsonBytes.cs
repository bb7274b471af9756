using Waterguard.Events.Fields;

namespace Waterguard.Events;

/// <summary>What single bytes mean in JSON.</summary>
internal static class JsonBytes
{
    /// <summary>What may stand between tokens.</summary>
    public static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    /// <summary>What numbers, true, false and null are written with.</summary>
    public static bool IsScalarByte(byte b) => b is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'z' or (byte)'.' or (byte)'-' or (byte)'+' or (byte)'E';

    /// <summary>What begins so; <see cref="ValueKind.EmptyArray"/> when no scalar does.</summary>
    public static ValueKind KindOf(byte first) => first switch
    {
        (byte)'t' or (byte)'f' => ValueKind.Boolean,
        (byte)'n' => ValueKind.Null,
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => ValueKind.Number,
        _ => ValueKind.EmptyArray,
    };
}
