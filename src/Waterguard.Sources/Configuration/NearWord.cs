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

    // Levenshtein, two rows.
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) before[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++) row[j] = Math.Min(Math.Min(row[j - 1], before[j]) + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            (before, row) = (row, before);
        }

        return before[b.Length];
    }
}
