namespace Waterguard.Corpus;

/// <summary>Kubernetes objects as they stand in request and response bodies.</summary>
internal static class Objects
{
    private const string Container =
        """{"name":"«App»","image":"«Image»:«Tag»","args":["--listen=:«Port»","--log-format=json"],"ports":[{"name":"http","containerPort":«Port»,"protocol":"TCP"}],"envFrom":[{"configMapRef":{"name":"«App»-settings"}}],"env":[{"name":"POD_IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}}],"resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"50m","memory":"128Mi"}},"livenessProbe":{"httpGet":{"path":"/live","port":"http","scheme":"HTTP"},"timeoutSeconds":2,"periodSeconds":15,"successThreshold":1,"failureThreshold":4},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"runAsUser":10001,"runAsNonRoot":true,"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}}}""";

    private const string PodTail =
        ""","restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"«App»","serviceAccount":"«App»","securityContext":{"fsGroup":10001},"schedulerName":"default-scheduler","enableServiceLinks":false}""";

    private const string Volumes =
        """[{"name":"kube-api-access-«Suffix»","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}]""";

    private const string OwnedBySet =
        "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"«App»-«Hash»\",\"uid\":\"«SetUid»\",\"controller\":true,\"blockOwnerDeletion\":true}]";

    private const string SpecFields =
        """{"k:{\"name\":\"«App»\"}":{".":{},"f:args":{},"f:env":{".":{},"k:{\"name\":\"POD_IP\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:fieldRef":{}}}},"f:envFrom":{},"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:periodSeconds":{},"f:successThreshold":{},"f:timeoutSeconds":{}},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":«Port»,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:name":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}},"f:securityContext":{".":{},"f:allowPrivilegeEscalation":{},"f:capabilities":{".":{},"f:drop":{}},"f:readOnlyRootFilesystem":{},"f:runAsNonRoot":{},"f:runAsUser":{},"f:seccompProfile":{".":{},"f:type":{}}},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}}""";

    private static string ManagedFields(string manager, string fields) =>
        "\"managedFields\":[{\"manager\":\"" + manager + "\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"«Second»\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":" + fields + "}]";

    public static string PodAsked { get; } =
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"generateName\":\"«App»-«Hash»-\",\"labels\":{\"app.kubernetes.io/name\":\"«App»\",\"pod-template-hash\":\"«Hash»\"},"
        + OwnedBySet + "},\"spec\":{\"containers\":[" + Container + "]" + PodTail + ",\"status\":{}}";

    public static string PodStored { get; } =
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"«Pod»\",\"generateName\":\"«App»-«Hash»-\",\"namespace\":\"«Namespace»\",\"uid\":\"«PodUid»\",\"resourceVersion\":\"«Version»\",\"generation\":1,\"creationTimestamp\":\"«Second»\",\"labels\":{\"app.kubernetes.io/name\":\"«App»\",\"pod-template-hash\":\"«Hash»\"},"
        + OwnedBySet + "," + ManagedFields("kube-controller-manager",
            """{"f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app.kubernetes.io/name":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"«SetUid»\"}":{}}},"f:spec":{"f:containers":""" + SpecFields + ""","f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{".":{},"f:fsGroup":{}},"f:serviceAccount":{},"f:serviceAccountName":{},"f:terminationGracePeriodSeconds":{}}}""")
        + "},\"spec\":{\"volumes\":" + Volumes + ",\"containers\":[" + Container + "]" + PodTail.Replace("}}", "},\"tolerations\":[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300}],\"priority\":0,\"preemptionPolicy\":\"PreemptLowerPriority\"}", StringComparison.Ordinal)
        + ",\"status\":{\"phase\":\"Pending\",\"qosClass\":\"Burstable\"}}";

    public static string PodStatus { get; } =
        """{"metadata":{"uid":"«PodUid»"},"status":{"$setElementOrder/conditions":[{"type":"PodReadyToStartContainers"},{"type":"Initialized"},{"type":"Ready"},{"type":"ContainersReady"},{"type":"PodScheduled"}],"conditions":[{"lastTransitionTime":"«Second»","observedGeneration":1,"status":"True","type":"PodReadyToStartContainers"},{"lastTransitionTime":"«Second»","message":null,"observedGeneration":1,"reason":null,"status":"True","type":"Ready"},{"lastTransitionTime":"«Second»","message":null,"observedGeneration":1,"reason":null,"status":"True","type":"ContainersReady"}],"containerStatuses":[{"containerID":"containerd://«NodeKey»«NodeKey»","image":"«Image»:«Tag»","imageID":"«Image»@sha256:«NodeKey»«NodeKey»","lastState":{},"name":"«App»","ready":true,"resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"50m","memory":"128Mi"}},"restartCount":0,"started":true,"state":{"running":{"startedAt":"«Second»"}},"volumeMounts":[{"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount","name":"kube-api-access-«Suffix»","readOnly":true,"recursiveReadOnly":"Disabled"}]}],"phase":"Running","podIP":"«PodIp»","podIPs":[{"ip":"«PodIp»"}]}}""";

    public static string NodeStatus { get; } =
        """{"status":{"$setElementOrder/conditions":[{"type":"MemoryPressure"},{"type":"DiskPressure"},{"type":"PIDPressure"},{"type":"Ready"}],"conditions":[{"lastHeartbeatTime":"«Second»","type":"MemoryPressure"},{"lastHeartbeatTime":"«Second»","type":"DiskPressure"},{"lastHeartbeatTime":"«Second»","type":"PIDPressure"},{"lastHeartbeatTime":"«Second»","type":"Ready"}],"images":[{"names":["registry.harbour.example/berth-planner@sha256:5d0a1f6be1c4f7f3ce2f66c1","registry.harbour.example/berth-planner:2.31.0"],"sizeBytes":188734112},{"names":["registry.k8s.io/metrics-server/metrics-server:v0.8.0"],"sizeBytes":19563021}]}}""";

    /// <summary>A Deployment or ReplicaSet, whole, as its controller writes its status.</summary>
    public static string Workload(string kind, string name, string uid, string owner) =>
        "{\"kind\":\"" + kind + "\",\"apiVersion\":\"apps/v1\",\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"«Namespace»\",\"uid\":\"" + uid
        + "\",\"resourceVersion\":\"«Version»\",\"generation\":«Generation»,\"creationTimestamp\":\"2026-03-04T09:12:41Z\",\"labels\":{\"app.kubernetes.io/managed-by\":\"Helm\",\"app.kubernetes.io/name\":\"«App»\"},\"annotations\":{\"deployment.kubernetes.io/revision\":\"«Generation»\",\"meta.helm.sh/release-name\":\"«App»\",\"meta.helm.sh/release-namespace\":\"«Namespace»\"}"
        + owner + "," + ManagedFields("helm",
            """{"f:metadata":{"f:annotations":{".":{},"f:meta.helm.sh/release-name":{}},"f:labels":{".":{},"f:app.kubernetes.io/name":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app.kubernetes.io/name":{}}},"f:spec":{"f:containers":""" + SpecFields + ""","f:dnsPolicy":{},"f:restartPolicy":{}}}}}""")
        + "},\"spec\":{\"replicas\":«Replicas»,\"selector\":{\"matchLabels\":{\"app.kubernetes.io/name\":\"«App»\"}},\"template\":{\"metadata\":{\"labels\":{\"app.kubernetes.io/name\":\"«App»\"}},\"spec\":{\"containers\":["
        + Container + "]" + PodTail + "},\"revisionHistoryLimit\":5,\"progressDeadlineSeconds\":600},\"status\":{\"observedGeneration\":«Generation»,\"replicas\":«Replicas»,\"updatedReplicas\":«Replicas»,\"readyReplicas\":«Replicas»,\"availableReplicas\":«Replicas»}}";

    public static string Deployment { get; } = Workload("Deployment", "«App»", "«DeployUid»", "");

    public static string ReplicaSet { get; } = Workload("ReplicaSet", "«App»-«Hash»", "«SetUid»",
        ",\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"«App»\",\"uid\":\"«DeployUid»\",\"controller\":true,\"blockOwnerDeletion\":true}]");

    public static string JobPod { get; } =
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"generateName\":\"«App»-sweep-«Job»-\",\"labels\":{\"batch.kubernetes.io/job-name\":\"«App»-sweep-«Job»\"},\"ownerReferences\":[{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"name\":\"«App»-sweep-«Job»\",\"uid\":\"«DeployUid»\",\"controller\":true}]},\"spec\":{\"containers\":[" + Container + "]" + PodTail.Replace("\"Always\"", "\"Never\"", StringComparison.Ordinal) + "}";

    public static string Binding { get; } =
        """{"kind":"Binding","apiVersion":"v1","metadata":{"name":"«Pod»","namespace":"«Namespace»","uid":"«PodUid»"},"target":{"kind":"Node","name":"«Node»"}}""";

    public static string DeleteOptions(string extra) => "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"meta.k8s.io/__internal\"" + extra + ",\"propagationPolicy\":\"Background\"}";

    /// <summary>A pod as an intruder writes it.</summary>
    public static string RoguePod(string name, string image, string spec, string container, string space = "«Namespace»") =>
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"" + space + "\",\"creationTimestamp\":null},\"spec\":{" + spec
        + "\"containers\":[{\"name\":\"" + name + "\",\"image\":\"" + image + "\",\"command\":[\"sleep\",\"86400\"],\"resources\":{},\"terminationMessagePath\":\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\",\"imagePullPolicy\":\"IfNotPresent\"" + container
        + "}],\"restartPolicy\":\"Always\",\"terminationGracePeriodSeconds\":0,\"dnsPolicy\":\"ClusterFirst\",\"securityContext\":{},\"schedulerName\":\"default-scheduler\"},\"status\":{}}";
}
