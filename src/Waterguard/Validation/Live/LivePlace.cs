using Waterguard.Emulation.Scenarios;

namespace Waterguard.Validation.Live;

/// <summary>A scenario's own folder. As long as it is there, something that the scenario made may be there too: a later run finds it and cleans up.</summary>
internal sealed class LivePlace(string home, Scenario scenario)
{
    /// <summary>The folder.</summary>
    public string Folder => Path.Combine(home, scenario.Id);

    /// <summary>Whether the scenario was begun and not put back.</summary>
    public bool IsLeft => Directory.Exists(Folder);

    /// <summary>Makes the folder, before anything else is made.</summary>
    public void Open() => Directory.CreateDirectory(Folder);

    /// <summary>Forgets the scenario: all of it is put back.</summary>
    public void Close()
    {
        if (IsLeft) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A text of the scenario with what it stands for.</summary>
    public string Fill(string text)
    {
        text = text.Replace("{{scenario}}", scenario.Id, StringComparison.Ordinal).Replace("{{folder}}", Folder, StringComparison.Ordinal);
        return text.Contains("{{bundle}}", StringComparison.Ordinal) ? text.Replace("{{bundle}}", LiveImages.Bundle(Folder), StringComparison.Ordinal) : text;
    }

    /// <summary>Writes a file of the scenario.</summary>
    public void Write(WriteFile file)
    {
        var path = Path.Combine(Folder, Fill(file.Path));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Fill(file.Text));
    }
}
