using Microsoft.Playwright;
using Xunit;

namespace Waterguard.EndToEnd;

/// <summary>What must hold for every page, whoever looks at it and with whatever.</summary>
internal static class Look
{
    private const string Nameless = """
        () => {
          const name = e => (e.getAttribute('aria-label') || (e.getAttribute('aria-labelledby') || '').split(' ').map(i => document.getElementById(i)?.textContent ?? '').join(' ') || [...(e.labels ?? [])].map(l => l.textContent).join(' ') || (['INPUT', 'SELECT', 'TEXTAREA'].includes(e.tagName) ? '' : e.textContent) || e.title || '').trim();
          const wrong = [];
          for (const e of document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=img], dialog[open], section[aria-labelledby], nav')) if (!name(e)) wrong.push('no name: ' + e.outerHTML.slice(0, 160));
          for (const e of document.querySelectorAll('img:not([alt])')) wrong.push('no alt: ' + e.outerHTML);
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
          for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) wrong.push('twice: #' + id);
          if (document.querySelectorAll('h1').length !== 1) wrong.push(document.querySelectorAll('h1').length + ' main headings');
          if (!document.documentElement.lang) wrong.push('no language');
          for (const e of document.querySelectorAll('[style]')) if (!e.closest('.graph, .chart')) wrong.push('style attribute: ' + e.outerHTML.slice(0, 120));
          return wrong;
        }
        """;

    private const string TooWide = """
        () => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('main *, header *')].filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll, .json, .graph, .chart')).slice(0, 5).map(e => e.outerHTML.slice(0, 140)).concat('page ' + document.documentElement.scrollWidth);
        }
        """;

    /// <summary>Nothing sticks out of the window.</summary>
    public static async Task FitsAsync(IPage page, string name, int width)
    {
        var wide = await page.EvaluateAsync<string[]>(TooWide);
        Assert.True(wide.Length == 0, $"{name} is wider than {width}:\n{string.Join('\n', wide)}");
    }

    /// <summary>What can be used has a name, ids are given once, there is one heading above all.</summary>
    public static async Task NamesAsync(IPage page, string name)
    {
        var wrong = await page.EvaluateAsync<string[]>(Nameless);
        Assert.True(wrong.Length == 0, $"{name}:\n{string.Join('\n', wrong)}");
    }
}
