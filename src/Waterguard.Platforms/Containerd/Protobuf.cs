using System.Text;

namespace Waterguard.Platforms.Containerd;

/// <summary>One field of a message in the protocol-buffers wire format: a number, or bytes.</summary>
internal readonly record struct ProtobufField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}

/// <summary>As much of the wire format (https://protobuf.dev/programming-guides/encoding/) as containerd's lists need.</summary>
internal static class Protobuf
{
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    /// <summary>The fields of a message, in their order.</summary>
    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Number(message, ref at);
            var field = (int)(tag >> 3);
            switch ((int)(tag & 7))
            {
                case Varint:
                    yield return new ProtobufField(field, Number(message, ref at), default);
                    break;
                case Delimited:
                    var length = Number(message, ref at);
                    if (length > (ulong)(message.Length - at)) throw Damaged();
                    yield return new ProtobufField(field, 0, message.Slice(at, (int)length));
                    at += (int)length;
                    break;
                case Fixed64:
                    at = Skipped(message, at, 8);
                    break;
                case Fixed32:
                    at = Skipped(message, at, 4);
                    break;
                default:
                    throw Damaged();
            }
        }
    }

    private static int Skipped(ReadOnlyMemory<byte> message, int at, int length) => at + length <= message.Length ? at + length : throw Damaged();

    private static ulong Number(ReadOnlyMemory<byte> message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= message.Length) throw Damaged();
            var one = message.Span[at++];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80) return value;
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("the answer is no message of protocol buffers");
}
