namespace Waterguard.Sources.Configuration;

/// <summary>Finds the word that somebody may have meant.</summary>
public static class NearWord
{
    private const int LongestWord = 64;

    /// <summary><c> Did you mean 'x'?</c>, or nothing.</summary>
    public static string Suggestion(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord) return "";
        var nearest = known.Select(k => (Word: k, Distance: Distance(word, k))).OrderBy(k => k.Distance).ThenBy(k => k.Word, StringComparer.Ordinal).FirstOrDefault();
        return nearest.Word is not null && nearest.Distance <= Math.Max(1, word.Length / 3) ? $" Did you mean '{nearest.Word}'?" : "";
    }

    // Levenshtein, and two letters that changed places are one mistake.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1][];
        for (var i = 0; i <= a.Length; i++) (rows[i] = new int[b.Length + 1])[0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0][j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                rows[i][j] = Math.Min(Math.Min(rows[i - 1][j], rows[i][j - 1]) + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i][j] = Math.Min(rows[i][j], rows[i - 2][j - 2] + 1);
            }
        }

        return rows[a.Length][b.Length];
    }
}
