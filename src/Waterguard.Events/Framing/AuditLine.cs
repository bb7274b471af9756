namespace Waterguard.Events.Framing;

/// <summary>The parts of one audit line: <c>[node=N ]type=T msg=audit(TIME:SERIAL): BODY</c>.</summary>
internal ref struct AuditLine
{
    // The kernel's own records come several to an event; those of programs come alone.
    private static readonly HashSet<string> SeveralToAnEvent = new(
        ("SYSCALL PATH IPC SOCKETCALL CONFIG_CHANGE SOCKADDR CWD EXECVE IPC_SET_PERM MQ_OPEN MQ_SENDRECV MQ_NOTIFY MQ_GETSETATTR KERNEL_OTHER FD_PAIR OBJ_PID TTY EOE "
        + "BPRM_FCAPS CAPSET MMAP NETFILTER_PKT NETFILTER_CFG SECCOMP PROCTITLE FEATURE_CHANGE REPLACE KERN_MODULE FANOTIFY TIME_INJOFFSET TIME_ADJNTPVAL BPF EVENT_LISTENER "
        + "URINGOP OPENAT2 DM_CTRL DM_EVENT AVC AVC_PATH SELINUX_ERR INTEGRITY_DATA INTEGRITY_METADATA INTEGRITY_STATUS INTEGRITY_HASH INTEGRITY_PCR INTEGRITY_RULE "
        + "INTEGRITY_POLICY_RULE APPARMOR APPARMOR_DENIED APPARMOR_ALLOWED ANOM_PROMISCUOUS ANOM_ABEND ANOM_LINK ANOM_CREAT CONTAINER_ID").Split(' '), StringComparer.Ordinal);

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Several = SeveralToAnEvent.GetAlternateLookup<ReadOnlySpan<char>>();

    public ReadOnlySpan<byte> Node;
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Time;
    public ReadOnlySpan<byte> Serial;
    public ReadOnlySpan<byte> Body;
    public ReadOnlySpan<byte> Whole;

    /// <summary>Whether no other line belongs to the same event.</summary>
    public readonly bool StandsAlone
    {
        get
        {
            Span<char> type = stackalloc char[32];
            return Type.Length <= type.Length && !Several.Contains(type[..System.Text.Encoding.Latin1.GetChars(Type, type)]);
        }
    }

    /// <summary>Reads a line; false when it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out AuditLine parts)
    {
        parts = default;
        parts.Whole = line;
        var rest = line;
        if (rest.StartsWith("node="u8)) parts.Node = Upto(ref rest, 5, (byte)' ');
        if (!rest.StartsWith("type="u8)) return false;
        parts.Type = Upto(ref rest, 5, (byte)' ');
        if (parts.Type.IsEmpty || !rest.StartsWith("msg=audit("u8)) return false;
        parts.Time = Upto(ref rest, 10, (byte)':');
        parts.Serial = Upto(ref rest, 0, (byte)')');
        if (!ObjectWriter.IsNumber(parts.Time) || !ObjectWriter.IsNumber(parts.Serial)) return false;
        parts.Body = rest.StartsWith(":"u8) ? rest[1..].TrimStart((byte)' ') : rest;
        return true;
    }

    private static ReadOnlySpan<byte> Upto(scoped ref ReadOnlySpan<byte> rest, int from, byte end)
    {
        var length = rest[from..].IndexOf(end);
        var found = length < 0 ? default : rest.Slice(from, length);
        rest = length < 0 ? default : rest[(from + length + 1)..];
        return found;
    }
}
