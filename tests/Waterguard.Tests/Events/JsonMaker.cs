using System.Globalization;
using System.Text;

namespace Waterguard.Tests.Events;

/// <summary>Random JSON objects over a small alphabet of keys, so that paths are often met, twice, and in joined form.</summary>
internal sealed class JsonMaker(Random random)
{
    private static readonly string[] Keys = ["a", "b", "c", "a.b", "b.c", "a.b.c", "é", "x/y", "", "long-key-of-more-than-sixteen-bytes"];
    private static readonly string[] Numbers = ["0", "-0", "1", "10", "1.5", "-2.25e3", "1E-7", "12345678901234567890123456789", "1e400", "0.1"];

    public static string[] Paths { get; } =
    [
        "a", "b", "c", "a.b", "\"a.b\"", "b.c", "\"b.c\"", "a.b.c", "a.\"b.c\"", "\"a.b\".c", "\"a.b.c\"", "é", "\"x/y\"", "a.é", "long-key-of-more-than-sixteen-bytes", "c.a", "c.c.a",
    ];

    public string Object(int depth)
    {
        var text = new StringBuilder();
        Object(text, depth);
        return text.ToString();
    }

    private void Object(StringBuilder text, int depth)
    {
        text.Append('{');
        var count = random.Next(5);
        for (var i = 0; i < count; i++)
        {
            if (i > 0) text.Append(',');
            Space(text);
            Text(text, Keys[random.Next(Keys.Length)]);
            Space(text);
            text.Append(':');
            Space(text);
            Value(text, depth - 1);
            Space(text);
        }

        text.Append('}');
    }

    private void Value(StringBuilder text, int depth)
    {
        switch (random.Next(depth > 0 ? 10 : 6))
        {
            case 0: text.Append("null"); break;
            case 1: text.Append(random.Next(2) == 0 ? "true" : "false"); break;
            case 2: text.Append(Numbers[random.Next(Numbers.Length)]); break;
            case < 6: Text(text, Some()); break;
            case < 9: Object(text, depth); break;
            default:
                text.Append('[');
                var count = random.Next(4);
                for (var i = 0; i < count; i++)
                {
                    if (i > 0) text.Append(',');
                    Space(text);
                    Value(text, depth - 1);
                }

                Space(text);
                text.Append(']');
                break;
        }
    }

    private string Some()
    {
        var text = new StringBuilder();
        for (var i = random.Next(12) * random.Next(12); i > 0; i--)
        {
            text.Append(random.Next(8) switch
            {
                0 => "\\", 1 => "\"", 2 => "{", 3 => "€", 4 => "😀", 5 => "\n", 6 => "]",
                _ => ((char)('a' + random.Next(26))).ToString(),
            });
        }

        return text.ToString();
    }

    // Every character in one of the spellings that JSON has for it.
    private void Text(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            if (c == '\n') text.Append("\\n");
            else if (random.Next(12) == 0) text.Append("\\u").Append(((int)c).ToString(random.Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture));
            else if (c is '"' or '\\') text.Append('\\').Append(c);
            else text.Append(c);
        }

        if (random.Next(40) == 0) text.Append("\\ud800");
        text.Append('"');
    }

    private void Space(StringBuilder text)
    {
        if (random.Next(4) == 0) text.Append(" \t\r\n"[random.Next(4)], random.Next(1, 3));
    }
}
