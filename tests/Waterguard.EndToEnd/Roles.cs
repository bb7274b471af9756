using Microsoft.Playwright;

namespace Waterguard.EndToEnd;

/// <summary>Parts of a page by what they are to who cannot see it, and by their name.</summary>
internal static class Roles
{
    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name });

    public static ILocator Button(this ILocator part, string name) => part.GetByRole(AriaRole.Button, new() { Name = name });

    public static ILocator Form(this IPage page, string name) => page.GetByRole(AriaRole.Form, new() { Name = name });

    public static ILocator Heading(this IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name });

    public static ILocator Link(this IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name });

    public static ILocator Region(this IPage page, string name) => page.GetByRole(AriaRole.Region, new() { Name = name });
}
