using System.Net;
using System.Net.Sockets;
using Waterguard.Content;
using Waterguard.Content.Yaml;

namespace Waterguard.Emulation.Scenarios;

/// <summary>Reads the steps of live scenarios.</summary>
internal static class LiveStepParser
{
    private const int MostRepeats = 1000;
    private static readonly string[] s_kinds = ["run", "file", "call", "wait", "stop"];

    // Those that RFC 5737 keeps for documentation: what answers there is only what we put there.
    private static readonly IPNetwork[] s_outside = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24")];

    /// <summary>The step; null where it is wrong, which has been said.</summary>
    public static LiveStep? Read(MappingReader reader, DiagnosticBag bag)
    {
        var kinds = s_kinds.Where(reader.Has).ToArray();
        if (kinds.Length != 1)
        {
            bag.Error(ScenarioCodes.Step, reader.Mapping.Location, $"A step of a live scenario has one of {string.Join(", ", s_kinds.Select(k => $"'{k}'"))}.");
            return null;
        }

        return kinds[0] switch
        {
            "run" => Run(reader, bag),
            "file" => File(reader, bag),
            "call" => Outside(reader, bag),
            "wait" => reader.RequiredDuration("wait") is { } time && Bounded(time, reader, "wait", bag) ? new Pause(time, Number(reader, "samples", 0, MostRepeats, bag)) : null,
            _ => reader.Word("stop", "sensor", "audit") is { } what ? new StopWitness(what) : null,
        };
    }

    private static RunTool? Run(MappingReader reader, DiagnosticBag bag)
    {
        var words = reader.Texts("run");
        var repeat = Number(reader, "repeat", 1, MostRepeats, bag);
        var ends = reader.Boolean("may_fail") ?? false;
        if (!words.IsEmpty && LiveStep.Tools.Contains(words[0], StringComparer.Ordinal)) return new RunTool(words, repeat, ends);
        bag.Error(ScenarioCodes.Step, reader.LocationOf("run"), $"'run' is a list of words, the first of which is one of {string.Join(", ", LiveStep.Tools)}.");
        return null;
    }

    private static WriteFile? File(MappingReader reader, DiagnosticBag bag)
    {
        var (path, text) = (reader.RequiredText("file"), reader.Text("text") ?? "");
        if (path is null) return null;
        if (!path.StartsWith('/') && !path.Split('/').Any(p => p is ".." or "." or "")) return new WriteFile(path, text);
        bag.Error(ScenarioCodes.Step, reader.LocationOf("file"), "'file' is a path in the scenario's own folder, without '..'.");
        return null;
    }

    private static Call? Outside(MappingReader reader, DiagnosticBag bag)
    {
        var (from, address) = (reader.RequiredText("call"), reader.RequiredText("to"));
        var (port, times) = (Number(reader, "port", 443, 65535, bag), Number(reader, "times", 1, MostRepeats, bag));
        var (every, jitter) = (reader.Duration("every") ?? TimeSpan.FromSeconds(1), reader.Duration("jitter") ?? TimeSpan.Zero);
        if (!Bounded(every * times, reader, "every", bag) || from is null || address is null) return null;
        if (IPAddress.TryParse(address, out var to) && to.AddressFamily == AddressFamily.InterNetwork && s_outside.Any(n => n.Contains(to))) return new Call(from, to, port, times, every, jitter);
        bag.Error(ScenarioCodes.Step, reader.LocationOf("to"), $"'to' is an address that is kept for documentation: one of {string.Join(", ", s_outside)}.");
        return null;
    }

    private static bool Bounded(TimeSpan time, MappingReader reader, string key, DiagnosticBag bag)
    {
        if (time <= Pause.Longest) return true;
        bag.Error(ScenarioCodes.Offset, reader.LocationOf(key), $"A step of a live scenario takes at most {Pause.Longest.TotalMinutes} minutes.");
        return false;
    }

    private static int Number(MappingReader reader, string key, int usual, int most, DiagnosticBag bag)
    {
        if (reader.Number(key) is not { } number) return usual;
        if (number >= 1 && number <= most && decimal.Truncate(number) == number) return (int)number;
        bag.Error(ScenarioCodes.TooMany, reader.LocationOf(key), $"'{key}' is a whole number from 1 to {most}.");
        return usual;
    }
}
