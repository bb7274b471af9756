using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Waterguard.Api.Routing;

/// <summary>Ends connections whose other side does not take what the system holds for it. An answer that fits into the buffers of the server and of the socket is written at once, so that <see cref="SlowReaders"/> sees nobody wait; the other
/// side's system goes on saying that it has no room, and without this bound ours goes on asking. The system ends it, as it ends any connection that broke: nobody counts it.</summary>
internal static class UntakenAnswers
{
    /// <summary>How long nothing of it may be taken. Longer than <see cref="SlowReaders.Within"/>: whoever that sees is counted.</summary>
    public static readonly TimeSpan Within = 2 * SlowReaders.Within;

    // Linux only; Kestrel's connections inherit it from the socket that listens.
    private const int Tcp = 6;
    private const int UserTimeout = 18;

    /// <summary>The socket that listens, so bounded.</summary>
    public static Socket Listen(EndPoint at, TimeSpan within)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(at);
        if (OperatingSystem.IsLinux() && at is IPEndPoint) socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes((int)within.TotalMilliseconds));
        return socket;
    }
}
