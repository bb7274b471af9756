using System.Runtime.InteropServices;
using System.Text;
using Waterguard.Events.Structure;
using Xunit;

namespace Waterguard.Tests.Events;

public sealed class StructuralIndexTests
{
    [Fact]
    public void All_classifiers_agree_with_a_plain_walk_on_random_bytes_of_every_length()
    {
        var random = new Random(1);
        for (var length = 0; length <= 200; length++)
        {
            for (var round = 0; round < 30; round++) AssertAgree(Bytes(random, length, "\"\\{}[]a,: "));
        }
    }

    [Fact]
    public void Runs_of_backslashes_across_block_borders_are_told_odd_from_even()
    {
        for (var start = 50; start <= 70; start++)
        {
            for (var run = 0; run <= 80; run++)
            {
                var text = "\"" + new string('x', start) + new string('\\', run) + "\"{}\"]\"";
                AssertAgree(Encoding.ASCII.GetBytes(text));
            }
        }
    }

    [Fact]
    public void Quotes_and_brackets_at_block_borders_are_found()
    {
        foreach (var border in new[] { 63, 64, 65, 127, 128, 129 })
        {
            foreach (var mark in new[] { "\"", "{", "]", "\\\"", "\\\\\"" }) AssertAgree(Encoding.ASCII.GetBytes(new string(' ', border) + mark + "\"{\"}"));
        }
    }

    [Theory]
    [InlineData("{}", 0, 2)]
    [InlineData("{\"a\":{\"b\":[1,{}]}},", 0, 18)]
    [InlineData("{\"a\":\"}\"}", 0, 9)]
    [InlineData("{\"a\":\"\\\"}\"}x", 0, 11)]
    [InlineData("{\"a\":[", 0, int.MaxValue)]
    [InlineData("{\"a\":\"", 0, int.MaxValue)]
    [InlineData("[[[]],[]]", 1, 5)]
    public void A_container_ends_at_its_own_bracket(string json, int open, int end)
    {
        foreach (var padding in new[] { 0, 1, 57, 60, 63, 64, 120 })
        {
            var bytes = Encoding.UTF8.GetBytes(new string(' ', padding) + json);
            var index = new StructuralIndex();
            index.Build(bytes);

            Assert.Equal(end == int.MaxValue ? end : end + padding, StructuralIndex.SkipContainer(ref index.Words, open + padding, bytes.Length));
        }
    }

    [Fact]
    public void An_index_that_was_used_for_a_longer_record_shows_nothing_of_it()
    {
        var index = new StructuralIndex();
        index.Build(Encoding.ASCII.GetBytes(new string('"', 500)));
        index.Build("{ }"u8);

        Assert.True(StructuralIndex.NextQuote(ref index.Words, 0) >= 3);
    }

    internal static byte[] Bytes(Random random, int length, string alphabet)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)alphabet[random.Next(alphabet.Length)];
        return bytes;
    }

    private static void AssertAgree(byte[] record)
    {
        var expected = Plain(record);

        Assert.Equal(expected, Words<Classifier512>(record));
        Assert.Equal(expected, Words<Classifier256>(record));
        Assert.Equal(expected, Words<Classifier128>(record));
        Assert.Equal(expected, Words<ClassifierScalar>(record));
    }

    private static ulong[] Words<T>(byte[] record)
        where T : struct, IBlockClassifier
    {
        var index = new StructuralIndex();
        index.Build<T>(record);
        return MemoryMarshal.CreateSpan(ref index.Words, (record.Length + 63) / 64 * StructuralIndex.WordsPerBlock).ToArray();
    }

    private static ulong[] Plain(byte[] record)
    {
        var words = new ulong[(record.Length + 63) / 64 * StructuralIndex.WordsPerBlock];
        var (inString, escaped) = (false, false);
        for (var i = 0; i < record.Length; i++)
        {
            void Mark(int word) => words[(i >> 6) * StructuralIndex.WordsPerBlock + word] |= 1UL << (i & 63);
            var b = (char)record[i];
            if (b == '\\') Mark(StructuralIndex.BackslashWord);
            if (b == '"' && !escaped)
            {
                Mark(StructuralIndex.QuoteWord);
                inString = !inString;
            }

            if (!inString && b is '{' or '[' && !inString) Mark(StructuralIndex.OpenWord);
            if (!inString && b is '}' or ']' && !inString) Mark(StructuralIndex.CloseWord);
            escaped = b == '\\' && !escaped;
        }

        return words;
    }
}
