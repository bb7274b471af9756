using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Waterguard.Api.Access;

/// <summary>Passwords: which are accepted, what is kept of them (PBKDF2 with SHA-256), and whether one is right.</summary>
internal static class Passwords
{
    /// <summary>Fewer characters are guessed.</summary>
    public const int Shortest = 12;

    /// <summary>More are no password but work for us.</summary>
    public const int Longest = 256;

    /// <summary>Rounds of a new hash. Older hashes with fewer are made anew when their owner signs in.</summary>
    public const int Rounds = 600_000;

    private const string Kind = "pbkdf2-sha256";
    private static readonly string[] s_worst =
    [
        "123456789012", "1234567890123", "12345678901234", "123456789123", "111111111111", "000000000000", "aaaaaaaaaaaa", "abcdefghijkl", "qwertyuiopas", "qwerty123456", "qwertyuiop12", "1q2w3e4r5t6y", "1qaz2wsx3edc",
        "passwordpassword", "password1234", "password12345", "password123456", "password2024", "password2025", "password2026", "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "administrator", "adminadminadmin", "admin1234567",
        "admin123456789", "administrator1", "changemechangeme", "changeme1234", "changeme12345", "letmeinletmein", "letmein12345", "welcome12345", "welcome123456", "iloveyou1234", "iloveyouiloveyou", "monkeymonkey", "dragondragon",
        "sunshine1234", "princess1234", "football1234", "baseball1234", "superman1234", "trustno1trustno1", "correcthorsebatterystaple", "waterguard123", "waterguard1234", "waterguardwaterguard", "qazwsxedcrfv", "asdfghjkl123", "zxcvbnm12345",
    ];

    /// <summary>Verified where there is no account, so that an answer takes as long as with one.</summary>
    private static readonly string s_nobody = Hash("nobody has this one", Rounds);

    /// <summary>What is wrong with a new password; null: nothing.</summary>
    public static string? Flaw(string password, string account)
    {
        if (password.Length < Shortest) return $"A password has at least {Shortest} characters.";
        if (password.Length > Longest) return $"A password has at most {Longest} characters.";
        if (Array.Exists(s_worst, w => w.Equals(password, StringComparison.OrdinalIgnoreCase)) || password.Distinct().Count() < 5) return "This password is among the first that are tried.";
        return account.Length >= 3 && password.Contains(account, StringComparison.OrdinalIgnoreCase) ? "A password does not hold the account's name." : null;
    }

    /// <summary>What is kept.</summary>
    public static string Hash(string password, int rounds = Rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return string.Create(CultureInfo.InvariantCulture, $"{Kind}${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, rounds))}");
    }

    /// <summary>Whether it is the password. Takes as long for a missing account as for a wrong password.</summary>
    /// <param name="kept">Null: there is no such account, or it has no password.</param>
    /// <param name="isOld">Whether the hash should be made anew.</param>
    public static bool Verify(string? kept, string password, out bool isOld)
    {
        isOld = false;
        if ((kept ?? s_nobody).Split('$') is not [Kind, var count, var salt, var hash] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || password.Length > Longest) return false;
        var same = CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(salt), rounds), Convert.FromBase64String(hash));
        isOld = rounds < Rounds;
        return same && kept is not null;
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, 32);
}
