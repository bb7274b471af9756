using Waterguard.Content;
using Waterguard.Strategies.Documents;

namespace Waterguard.Strategies.Lint;

/// <summary>All ten headings are there, in order, once, and filled; the front matter is there and names its folder.</summary>
internal static class HeadingChecks
{
    public static void Check(StrategyDocument document, string folder, DiagnosticBag bag)
    {
        var top = document.Front.Location;
        if (document.Front.Name.Length == 0) bag.Error(StrategyCodes.FrontMatter, top, "The document has no front matter with a name.");
        else if (document.Front.Name != folder) bag.Error(StrategyCodes.FrontMatter, top, $"The document is named '{document.Front.Name}', its folder '{folder}'.");
        if (document.Front.Name.Length > 0 && document.Front.Priority.Length == 0) bag.Error(StrategyCodes.FrontMatter, top, "The front matter has no priority.");

        foreach (var section in AdsSections.All.Where(s => document.Section(s) is null))
            bag.Error(StrategyCodes.HeadingMissing, new(document.File, 1, 1), $"The heading '{section.Title()}' is missing.");
        var (last, seen) = ((AdsSection?)null, new HashSet<AdsSection>());
        foreach (var heading in document.Headings)
        {
            if (heading.Section is not { } section)
            {
                bag.Warning(StrategyCodes.HeadingUnknown, heading.Location, $"'{heading.Title}' is none of the framework's headings.");
                continue;
            }

            if (!seen.Add(section)) bag.Error(StrategyCodes.HeadingUnknown, heading.Location, $"The heading '{section.Title()}' is here twice.");
            else if (last > section) bag.Error(StrategyCodes.HeadingOrder, heading.Location, $"'{section.Title()}' stands after '{last.Value.Title()}'; the framework has it before.");
            else last = section;
            if (heading.Units.All(u => string.IsNullOrWhiteSpace(u.Text))) bag.Error(StrategyCodes.HeadingEmpty, heading.Location, $"Nothing stands under '{heading.Title}'.");
            if (heading.Title != section.Title()) bag.Warning(StrategyCodes.HeadingUnknown, heading.Location, $"The framework writes '{section.Title()}'.");
        }
    }
}
