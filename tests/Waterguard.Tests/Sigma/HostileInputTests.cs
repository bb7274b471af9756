using System.Text;
using Waterguard.Sigma;
using Xunit;

namespace Waterguard.Tests.Sigma;

/// <summary>Whatever a file holds, loading it ends soon, throws nothing and says what was wrong.</summary>
public sealed class HostileInputTests
{
    private static readonly string Rule = Some.Rule(
        "  s:\n    f|contains|all: ['a*', \"b\\n\"]\n    g[any]: {h|re: '^x{1,3}$', i|cidr: 10.0.0.0/8}\n    j|windash: '-k'\n  condition: 1 of s* and not (s)",
        "waterguard: {declared: [attack.t1611]}\nexamples: [{match: {a: 1}}]");

    [Fact]
    public void The_rule_that_is_damaged_below_is_right() => Assert.Equal("", Some.Codes(Some.Load(Rule)));

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20260101);
        var bytes = new byte[400];
        for (var i = 0; i < 2_000; i++)
        {
            random.NextBytes(bytes);
            Load(Encoding.Latin1.GetString(bytes, 0, random.Next(bytes.Length)));
        }
    }

    [Fact]
    public void A_rule_cut_off_anywhere_never_throws()
    {
        for (var length = 0; length < Rule.Length; length++)
            Load(Rule[..length]);
    }

    [Fact]
    public void A_rule_with_changed_characters_never_throws()
    {
        const string Likely = "\0\t\n\r \"'#%&*,-.:<>?@[]\\`{|}~ax0é\ud800\uFEFF";
        var random = new Random(20260102);
        for (var i = 0; i < 5_000; i++)
        {
            var text = Rule.ToCharArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                text[random.Next(text.Length)] = Likely[random.Next(Likely.Length)];
            Load(new string(text));
        }
    }

    [Fact]
    public void Lines_in_any_order_never_throw()
    {
        var random = new Random(20260103);
        for (var i = 0; i < 1_000; i++)
        {
            var lines = Rule.Split('\n');
            random.Shuffle(lines);
            Load(string.Join('\n', lines));
        }
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 20; i++)
            bomb.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");

        Assert.Equal("WG1004", Some.Codes(Some.Load(bomb.ToString())));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Deep_nesting_is_refused(string opening) =>
        Assert.NotEqual("", Some.Codes(Some.Load(string.Concat(Enumerable.Repeat(opening, 100_000)))));

    [Fact]
    public void A_value_that_multiplies_without_end_is_refused()
    {
        var many = string.Concat(Enumerable.Repeat(" -a", 200));
        var placeholders = string.Concat(Enumerable.Repeat("%servers%", 200));

        Assert.Equal("WG1208", Some.Codes(Some.Load(Some.Rule($"  s: {{f|windash: '{many}'}}\n  condition: s"))));
        Assert.Equal("WG1208", Some.Codes(Some.Load(Some.Rule($"  s: {{f|expand: '{placeholders}'}}\n  condition: s"))));
    }

    [Fact]
    public void A_long_value_that_multiplies_is_refused()
    {
        var value = new string('x', 1_000_000) + " -a -b -c -d -e -f";

        Assert.Equal("WG1208", Some.Codes(Some.Load(Some.Rule($"  s: {{f|windash: '{value}'}}\n  condition: s"))));
    }

    [Fact]
    public void An_expression_with_many_groups_is_refused()
    {
        var groups = new string('(', 5_000) + new string(')', 5_000);

        Assert.Equal("WG1310", Some.Codes(Some.Load(Some.Rule($"  s: {{f|re: '{groups}'}}\n  condition: s"))));
    }

    private static void Load(string text)
    {
        var rules = Some.Load(text);
        Assert.NotNull(rules);
    }
}
