using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Platforms.Azure;

/// <summary>Signs requests to Azure storage with an account's key.</summary>
public static class SharedKey
{
    /// <summary>Adds date and signature to a request without a body.</summary>
    /// <exception cref="FormatException">The key is not Base64.</exception>
    public static void Sign(HttpRequestMessage request, string account, string key, DateTimeOffset now)
    {
        request.Headers.Remove("x-ms-date");
        request.Headers.Add("x-ms-date", now.ToString("R", CultureInfo.InvariantCulture));
        var text = new StringBuilder(request.Method.Method).Append("\n\n\n\n\n\n\n\n");
        text.Append(Header(request, "If-Match")).Append('\n').Append(Header(request, "If-None-Match")).Append("\n\n").Append(Header(request, "Range")).Append('\n');
        foreach (var (name, values) in request.Headers.Where(h => h.Key.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase)).Select(h => (h.Key.ToLowerInvariant(), h.Value)).OrderBy(h => h.Item1, StringComparer.Ordinal))
        {
            text.Append(name).Append(':').AppendJoin(',', values).Append('\n');
        }

        // As it goes over the wire, not decoded.
        text.Append('/').Append(account).Append(request.RequestUri!.AbsolutePath);
        foreach (var (name, value) in Query(request.RequestUri).OrderBy(q => q.Name, StringComparer.Ordinal)) text.Append('\n').Append(name.ToLowerInvariant()).Append(':').Append(value);
        var signature = HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(text.ToString()));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {account}:{Convert.ToBase64String(signature)}");
    }

    private static string Header(HttpRequestMessage request, string name) => request.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

    private static IEnumerable<(string Name, string Value)> Query(Uri address)
    {
        foreach (var part in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            yield return at < 0 ? (Uri.UnescapeDataString(part), "") : (Uri.UnescapeDataString(part[..at]), Uri.UnescapeDataString(part[(at + 1)..]));
        }
    }
}
