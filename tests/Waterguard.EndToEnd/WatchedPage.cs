using Microsoft.Playwright;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>A page, and what went wrong in it: whatever the console calls an error, what the content policy refused, dialogs, and requests to anybody else.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _troubles = [];

    /// <summary>Watches from the beginning.</summary>
    public WatchedPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.SetDefaultTimeout(20_000);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !IsExpected(message.Text)) Add("console: " + message.Text);
        };
        page.PageError += (_, error) => Add("error: " + error);
        page.Dialog += (_, dialog) =>
        {
            Add("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal) && (Provider is null || !request.Url.StartsWith(Provider, StringComparison.Ordinal))) Add("request: " + request.Url);
        };
    }

    /// <summary>The page itself.</summary>
    public IPage Page { get; }

    /// <summary>Answers that a test asks for on purpose, by their status.</summary>
    public HashSet<int> Expected { get; } = [401];

    /// <summary>Who else may be asked: where people sign in; null: nobody.</summary>
    public string? Provider { get; init; }

    /// <summary>Nothing has gone wrong.</summary>
    public void AssertSound()
    {
        lock (_troubles) Assert.Empty(_troubles);
    }

    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private bool IsExpected(string text) => Expected.Any(s => text.Contains($"status of {s} ", StringComparison.Ordinal));

    private void Add(string trouble)
    {
        lock (_troubles) _troubles.Add(trouble);
    }
}
