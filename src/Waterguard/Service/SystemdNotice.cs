using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Waterguard.Service;

/// <summary>Tells systemd how the service is, where it has asked to be told (<c>Type=notify</c>): a datagram to the socket that it names. A notice that cannot be sent is nobody's failure.</summary>
/// <param name="socket">The value of <c>NOTIFY_SOCKET</c>: a path, or a name that begins with <c>@</c>; null: nobody asks.</param>
/// <param name="watchdog">After how long without a sign it takes us for dead; null: it does not look.</param>
internal sealed class SystemdNotice(string? socket, TimeSpan? watchdog, TimeProvider time)
{
    /// <summary>As the environment says.</summary>
    public static SystemdNotice FromEnvironment(TimeProvider time)
    {
        var isOurs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var limit = isOurs && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds) : (TimeSpan?)null;
        return new SystemdNotice(Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } socket ? socket : null, limit, time);
    }

    public void Ready() => Send("READY=1\nSTATUS=serving\n");

    public void Stopping() => Send("STOPPING=1\nSTATUS=judging what was taken in\n");

    /// <summary>Gives signs of life until it is stopped: three in the time of the watchdog. A service that hangs gives none.</summary>
    /// <param name="isAlive">Asked before each.</param>
    public async Task RunAsync(Func<Task<bool>> isAlive, CancellationToken stop)
    {
        if (socket is null || watchdog is not { } limit) return;
        try
        {
            while (true)
            {
                if (await isAlive()) Send("WATCHDOG=1\n");
                await Task.Delay(limit / 3, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    private void Send(string text)
    {
        if (socket is null) return;
        try
        {
            using var to = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            to.SendTo(Encoding.ASCII.GetBytes(text), new UnixDomainSocketEndPoint(socket[0] == '@' ? "\0" + socket[1..] : socket));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // Whoever asked is not there any more.
        }
    }
}
