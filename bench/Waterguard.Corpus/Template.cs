using System.Text;

namespace Waterguard.Corpus;

/// <summary>One record's text with holes, written <c>«name»</c>, which the <see cref="Scene"/> fills.</summary>
internal sealed class Template
{
    private readonly (byte[] Text, Hole Hole)[] _parts;
    private readonly byte[] _rest;

    public Template(string text)
    {
        var parts = new List<(byte[], Hole)>();
        var from = 0;
        for (var open = text.IndexOf('«', StringComparison.Ordinal); open >= 0; open = text.IndexOf('«', from))
        {
            var close = text.IndexOf('»', open);
            var name = text[(open + 1)..close];
            if (!Enum.TryParse<Hole>(name, out var hole)) throw new ArgumentException($"no hole is called '{name}'", nameof(text));
            parts.Add((Encoding.ASCII.GetBytes(text[from..open]), hole));
            from = close + 1;
        }

        _parts = [.. parts];
        _rest = Encoding.ASCII.GetBytes(text[from..]);
    }

    public void Write(OutputBuffer output, Scene scene)
    {
        foreach (var (text, hole) in _parts)
        {
            output.Add(text);
            scene.Fill(hole, output);
        }

        output.Add(_rest);
        output.EndLine();
    }
}
