using System.Text;
using Waterguard.Detection.Matching;
using Xunit;

namespace Waterguard.Tests.Detection;

/// <summary>Case-insensitivity on UTF-8 is that of <see cref="string.Equals(string, string, StringComparison)"/>, ordinal.</summary>
public sealed class FoldedTextTests
{
    private static readonly string[] Pieces = ["a", "A", "s", "S", "k", "K", "i", "I", "ſ", "\u212A", "ß", "ẞ", "ss", "İ", "ı", "ä", "Ä", "é", "É", "σ", "ς", "Σ", "😀", "𐐀", "𐐨", "0", " ", "\u0130", "ﬁ"];

    [Fact]
    public void Equality_on_random_texts_is_ordinal_ignoring_case()
    {
        var random = new Random(31);
        var equal = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var left = Some(random);
            var right = random.Next(2) == 0 ? Some(random) : random.Next(2) == 0 ? left.ToUpperInvariant() : left.ToLowerInvariant();
            var expected = left.Equals(right, StringComparison.OrdinalIgnoreCase);
            equal += expected ? 1 : 0;

            Assert.True(expected == FoldedText.EqualsIgnoreCase(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right)), $"'{left}' '{right}'");
        }

        Assert.InRange(equal, 1000, 199_000);
    }

    [Fact]
    public void A_table_finds_what_is_equal_ignoring_case_and_nothing_else()
    {
        var random = new Random(32);
        for (var round = 0; round < 300; round++)
        {
            var texts = Enumerable.Range(0, random.Next(1, 20)).Select(_ => Some(random)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            var table = new FoldedTable<int>();
            for (var i = 0; i < texts.Length; i++) table.Add(Encoding.UTF8.GetBytes(texts[i]), i);
            table.Seal();
            for (var i = 0; i < 100; i++)
            {
                var asked = random.Next(2) == 0 ? Some(random) : texts[random.Next(texts.Length)].ToUpperInvariant();
                var expected = Array.FindIndex(texts, t => t.Equals(asked, StringComparison.OrdinalIgnoreCase));

                Assert.Equal(expected, table.TryFind(Encoding.UTF8.GetBytes(asked), out var found) ? found : -1);
            }
        }
    }

    [Fact]
    public void Hashes_are_equal_for_ascii_texts_that_differ_in_case_only()
    {
        var random = new Random(33);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next('!', '~')));

            Assert.Equal(FoldedText.Hash(Encoding.ASCII.GetBytes(text.ToUpperInvariant())), FoldedText.Hash(Encoding.ASCII.GetBytes(text.ToLowerInvariant())));
        }
    }

    private static string Some(Random random) => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => Pieces[random.Next(Pieces.Length)]));
}
