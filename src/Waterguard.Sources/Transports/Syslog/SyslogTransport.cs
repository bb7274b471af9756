using System.Net;
using System.Net.Sockets;
using Waterguard.Content;
using Waterguard.Sources.Configuration;

namespace Waterguard.Sources.Transports.Syslog;

/// <summary>Listens to syslog, RFC 5424 and 3164, over UDP, TCP or TLS.</summary>
internal sealed class SyslogTransport(InputDefinition input, SyslogSettings settings, TransportSurroundings surroundings) : ITransport
{
    private IPEndPoint? _address;

    public static TransportKind Kind { get; } = new("syslog", "What devices and hosts send by syslog (RFC 5424, RFC 3164) over UDP, TCP or TLS.", SyslogSettings.Keys, Create);

    public string Name => input.Name;

    public TransportProgress Progress { get; } = new(surroundings.Time);

    /// <summary>Where it listens; null before it does.</summary>
    public IPEndPoint? Address => Volatile.Read(ref _address);

    public async Task RunAsync(IInputSink sink, CancellationToken stop)
    {
        var limits = new PeerLimits(settings, surroundings.Time);
        var backoff = Backoff.Of(surroundings.Time);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = Bind(settings);
                Volatile.Write(ref _address, (IPEndPoint)socket.LocalEndPoint!);
                surroundings.Say(Name, $"listens to syslog on {settings.Protocol}://{Address}");
                if (settings.Protocol == "udp") await new SyslogDatagrams(socket, settings, limits, input.Source, Progress, surroundings.Time, text => surroundings.Say(Name, text)).RunAsync(sink, stop);
                else await new SyslogConnections(socket, settings, limits, input.Source, Progress, surroundings).RunAsync(sink, stop);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Progress.Failed(e.Message);
                surroundings.Say(Name, $"cannot listen on {settings.Listen}: {e.Message}");
                await backoff.WaitAsync(stop);
            }
        }
    }

    public Task<IReadOnlyList<InputFinding>> CheckAsync(InputProbe probe, CancellationToken cancel)
    {
        var findings = new List<InputFinding>();
        try
        {
            using var socket = Bind(settings);
            findings.Add(InputFinding.Says($"{settings.Protocol}://{settings.Listen} can be listened on"));
            // The kernel doubles what it is asked for, for its own use.
            if (settings.Protocol == "udp" && socket.ReceiveBufferSize < settings.ReceiveBuffer) findings.Add(InputFinding.Says($"the kernel gives a buffer of {socket.ReceiveBufferSize >> 10} KiB instead of {settings.ReceiveBuffer >> 10}: what comes in bursts is lost sooner; sysctl -w net.core.rmem_max={settings.ReceiveBuffer}"));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            findings.Add(InputFinding.Lacks($"{settings.Listen}: another program listens there already (perhaps the running service, or rsyslog); choose another port"));
        }
        catch (SocketException e)
        {
            findings.Add(InputFinding.Lacks($"{settings.Listen}: {e.Message}{(settings.Listen.Port < 1024 ? "; ports below 1024 need the capability CAP_NET_BIND_SERVICE" : "")}"));
        }

        if (settings.Protocol == "tls")
        {
            try
            {
                using var certificate = SyslogConnections.Certificate(settings);
                findings.Add(InputFinding.Says($"the certificate of {certificate.Subject} is valid until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
            {
                findings.Add(InputFinding.Lacks($"the certificate cannot be used: {e.Message}"));
            }
        }

        return Task.FromResult<IReadOnlyList<InputFinding>>(findings);
    }

    private static Socket Bind(SyslogSettings settings)
    {
        var udp = settings.Protocol == "udp";
        var socket = new Socket(settings.Listen.AddressFamily, udp ? SocketType.Dgram : SocketType.Stream, udp ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            if (udp) socket.ReceiveBufferSize = settings.ReceiveBuffer;
            else socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            socket.Bind(settings.Listen);
            if (!udp) socket.Listen(128);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SyslogTransport? Create(InputDefinition input, TransportSurroundings surroundings, DiagnosticBag bag)
    {
        var values = input.Settings;
        var text = values.Text("listen") ?? "";
        var (protocol, certificate, key) = (values.Text("protocol") ?? "tcp", values.Text("certificate"), values.Secret("certificate_key"));
        var errors = bag.ErrorCount;
        if (!IPEndPoint.TryParse(text, out var listen) || !text.Contains(':', StringComparison.Ordinal)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("listen"), $"'{text}' is not ADDRESS:PORT.");
        if (protocol == "tls" != (certificate is not null && key is not null)) bag.Error(ConfigurationCodes.Unusable, values.LocationOf("certificate"), "'certificate' and 'certificate_key' go with protocol tls, both.");
        return bag.ErrorCount > errors ? null : new SyslogTransport(input, new SyslogSettings(
            listen!, protocol, (int)values.Number("max_message"), (int)values.Number("max_connections"), (int)values.Number("max_connections_of_peer"), (int)values.Number("messages_per_second"),
            values.Duration("idle"), certificate, key, (int)values.Number("receive_buffer")), surroundings);
    }
}
